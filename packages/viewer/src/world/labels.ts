import { type PerspectiveCamera, Vector3 } from 'three';
import { element } from '../shell/element.ts';

export interface Label {
  readonly text: string;
  /** Small addition after the text, e.g. a probability. */
  readonly detail: string;
  readonly kind: 'seen' | 'believed' | 'attention';
  /** Where its tip points, in `map`, m. */
  readonly position: readonly [number, number, number];
  /** How sure and how fresh, 0 to 1; faint labels are nearly transparent. */
  readonly strength: number;
}

interface Shown {
  label: Label;
  readonly node: HTMLElement;
  readonly text: Text;
  readonly detail: Text;
}

/** Labels over the picture, as HTML so that they stay sharp and can be read by assistive technology. */
export class Labels {
  readonly #container: HTMLElement;
  readonly #camera: PerspectiveCamera;
  readonly #shown = new Map<string, Shown>();
  readonly #point = new Vector3();

  constructor(container: HTMLElement, camera: PerspectiveCamera) {
    this.#container = container;
    this.#camera = camera;
  }

  /** Shows exactly these labels, by key. */
  set(labels: ReadonlyMap<string, Label>): void {
    for (const [key, { node }] of this.#shown) {
      if (labels.has(key)) continue;
      node.remove();
      this.#shown.delete(key);
    }
    for (const [key, label] of labels) {
      let shown = this.#shown.get(key);
      if (!shown) {
        const text = new Text();
        const detail = new Text();
        const node = element('div', { class: 'label' }, [
          element('span', { class: 'label-text' }, [text]),
          element('span', { class: 'label-detail' }, [detail]),
        ]);
        shown = { label, node, text, detail };
        this.#shown.set(key, shown);
        this.#container.append(node);
      }
      shown.label = label;
      shown.node.dataset.kind = label.kind;
      shown.node.style.opacity = String(0.25 + 0.75 * label.strength);
      if (shown.text.data !== label.text) shown.text.data = label.text;
      if (shown.detail.data !== label.detail) shown.detail.data = label.detail;
    }
  }

  /** Moves every label to where its point is drawn, keeping near ones apart; call after each frame. */
  place(): void {
    const { clientWidth: width, clientHeight: height } = this.#container;
    const rows: { readonly shown: Shown; readonly x: number; y: number; readonly depth: number }[] = [];
    for (const shown of this.#shown.values()) {
      this.#point.set(...shown.label.position).project(this.#camera);
      const { x, y, z } = this.#point;
      if (z > 1 || Math.abs(x) > 1.05 || Math.abs(y) > 1.05) {
        shown.node.style.visibility = 'hidden';
        continue;
      }
      rows.push({ shown, x: ((x + 1) / 2) * width, y: ((1 - y) / 2) * height, depth: z });
    }
    rows.sort((a, b) => b.y - a.y);
    const placed: { readonly x: number; readonly y: number; readonly halfWidth: number }[] = [];
    for (const row of rows) {
      const halfWidth = halfWidthOf(row.shown.label);
      while (placed.some((other) => isOver(row, halfWidth, other))) row.y -= 20;
      placed.push({ x: row.x, y: row.y, halfWidth });
      const { style } = row.shown.node;
      style.visibility = 'visible';
      style.transform = `translate(${row.x.toFixed(1)}px, ${row.y.toFixed(1)}px) translate(-50%, -100%)`;
      style.zIndex = String(1000 - Math.round(row.depth * 500));
    }
  }
}

/** Half the width of a label, px, as its text will take: measuring it would make the browser lay out the page. */
function halfWidthOf({ text, detail }: Label): number {
  return (28 + 6.1 * (text.length + detail.length)) / 2;
}

function isOver(
  row: { x: number; y: number },
  halfWidth: number,
  other: { x: number; y: number; halfWidth: number },
) {
  return Math.abs(other.x - row.x) < halfWidth + other.halfWidth && Math.abs(other.y - row.y) < 19;
}
