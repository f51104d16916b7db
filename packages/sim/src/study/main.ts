/**
 * The command: `npm run -s link-cuts -w packages/sim > docs/link-cuts.md`. Prints the page about cut links; about a minute.
 */

import { linkCutPage } from "./link-cut-page.ts";

process.stdout.write(await linkCutPage({ seeds: [1, 2, 3], drawn: 100, hubs: 60 }));
