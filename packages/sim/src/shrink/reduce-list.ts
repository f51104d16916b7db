/**
 * Delta debugging of a list: fewer and fewer of its items, as long as what is asked for still happens.
 */

/**
 * Calls `keeps` with sublists in order, ever smaller ones; true means that the sublist will do. Returns a list of which no
 * single item can be taken out. Parts begin as the whole list (nothing is left) and are halved down to single items.
 */
export async function reduceList<Item>(
  items: readonly Item[],
  keeps: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let left = items;
  let size = left.length;
  while (size > 0 && left.length > 0) {
    let gained = false;
    // From the end: what comes late is more often of no consequence.
    for (let end = left.length; end > 0; end -= size) {
      const rest = [...left.slice(0, Math.max(0, end - size)), ...left.slice(end)];
      if (!(await keeps(rest))) continue;
      left = rest;
      gained = true;
    }
    if (size === 1 && !gained) break;
    size = Math.max(1, Math.floor(size / 2));
  }
  return left;
}
