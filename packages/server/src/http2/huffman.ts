/**
 * Huffman decoding of HPACK strings (RFC 7541 §5.2, Appendix B), four bits at a time.
 *
 * The code is canonical: codes of one length follow one another in the order of their symbols, and shorter ones come
 * before longer ones. So the lengths say everything, and they are all that is written down here.
 */

/** Bits of the code of each byte, then of the end of string. */
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

const endOfString = 256;
/** Inner nodes of the tree: one fewer than its leaves. */
const nodeCount = 256;
const emitsBit = 0x1_0000;
const failsBit = 0x2_0000;

/** Children of the inner nodes: an inner node as it is, a leaf as `~symbol`. Node 0 is the root. */
function makeTree(): Int32Array {
  const children = new Int32Array(nodeCount * 2);
  const symbols = codeLengths.map((_, symbol) => symbol);
  symbols.sort((one, other) => (codeLengths[one] ?? 0) - (codeLengths[other] ?? 0) || one - other);
  let code = 0;
  let length = 0;
  let nodes = 1;
  for (const symbol of symbols) {
    const bits = codeLengths[symbol] as number;
    code = length === 0 ? 0 : (code + 1) << (bits - length);
    length = bits;
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const at = node * 2 + ((code >>> bit) & 1);
      if (children[at] === 0) children[at] = nodes++;
      node = children[at] as number;
    }
    children[node * 2 + (code & 1)] = ~symbol;
  }
  return children;
}

/** For each node and four bits: the next node, the symbol (8 bits up) if one is complete, and whether it fails. */
function makeSteps(children: Int32Array): Uint32Array {
  const steps = new Uint32Array(nodeCount * 16);
  for (let from = 0; from < nodeCount; from++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = from;
      let step = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const child = children[node * 2 + ((nibble >>> bit) & 1)] as number;
        node = child < 0 ? 0 : child;
        if (child === ~endOfString) step |= failsBit;
        else if (child < 0) step |= emitsBit | (~child << 8);
      }
      steps[from * 16 + nibble] = step | node;
    }
  }
  return steps;
}

/** Whether a string may end at a node: what is left are fewer than eight bits, all ones. */
function makeEnds(children: Int32Array): Uint8Array {
  const ends = new Uint8Array(nodeCount);
  let node = 0;
  for (let bits = 0; bits < 8; bits++) {
    ends[node] = 1;
    node = children[node * 2 + 1] as number;
  }
  return ends;
}

const tree = makeTree();
const steps = makeSteps(tree);
const ends = makeEnds(tree);

/** Most bytes that so many become: the shortest code has five bits. */
export function huffmanBytesMax(bytes: number): number {
  return Math.ceil((bytes * 8) / 5);
}

/** Decodes `[start, end)` of the source to the beginning of the target, which has room. Gives the length; −1: no such text. */
export function decodeHuffman(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let node = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = source[at] as number;
    const high = steps[(node << 4) | (byte >>> 4)] as number;
    if ((high & emitsBit) !== 0) target[length++] = (high >>> 8) & 0xff;
    const low = steps[((high & 0xff) << 4) | (byte & 15)] as number;
    if ((low & emitsBit) !== 0) target[length++] = (low >>> 8) & 0xff;
    if (((high | low) & failsBit) !== 0) return -1;
    node = low & 0xff;
  }
  return ends[node] === 1 ? length : -1;
}
