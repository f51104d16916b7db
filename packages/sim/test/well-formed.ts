/** Whether a text is well-formed markup: every element is closed in its turn, and nothing is left unescaped. */

import assert from "node:assert/strict";

const tag = /<(?<close>\/?)(?<name>[A-Za-z][\w-]*)(?<attributes>(?:\s+[\w:-]+="[^"<]*")*)\s*(?<empty>\/?)>/y;
const words = /[^<]+/y;
const reference = /&(?!(?:amp|lt|gt|quot|#39);)/;

/** Fails at the first thing that is wrong, and shows where. A style sheet's content is passed over. */
export function assertWellFormed(text: string): void {
  const open: string[] = [];
  let position = 0;
  while (position < text.length) {
    const around = JSON.stringify(text.slice(position, position + 80));
    tag.lastIndex = position;
    words.lastIndex = position;
    const found = tag.exec(text);
    const { close, name = "", attributes = "", empty } = found?.groups ?? {};
    if (found === null) {
      const [content] = words.exec(text) ?? [""];
      assert.notEqual(content, "", `neither a tag nor text: ${around}`);
      if (open.at(-1) !== "style")
        assert.doesNotMatch(content, reference, `an ampersand stands alone: ${around}`);
      position += content.length;
      continue;
    }
    assert.doesNotMatch(attributes, reference, `an ampersand stands alone: ${around}`);
    if (close === "/") assert.equal(open.pop(), name, `closed out of turn: ${around}`);
    else if (empty !== "/") open.push(name);
    position += found[0].length;
  }
  assert.deepEqual(open, [], "left open");
}
