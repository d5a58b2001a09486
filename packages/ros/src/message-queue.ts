/** An array that was longer than this is given back when the queue has emptied; others are kept for what comes next. */
const keptLength = 64;

/** Queue with constant-time ends; taken items are let go of at once. */
export class MessageQueue<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;
  #tail = 0;

  get length(): number {
    return this.#tail - this.#head;
  }

  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items[this.#tail++] = item;
  }

  shift(): Item | undefined {
    if (this.#head === this.#tail) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#tail) {
      if (this.#items.length > keptLength) this.#items = [];
      this.#head = 0;
      this.#tail = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#tail) {
      this.#items = this.#items.slice(this.#head, this.#tail);
      this.#tail -= this.#head;
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#tail = 0;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let i = this.#head; i < this.#tail; i++) yield this.#items[i] as Item;
  }
}
