import type { MessageTypes } from '@efferent/interfaces';
import { element } from '../shell/element.ts';

type ModelCall = MessageTypes['efferent_interfaces/msg/ModelCall'];

const longestList = 60;

/** The language model's calls, newest first, with time and tokens. */
export class CallList {
  readonly panel = element('div');
  readonly #rows = element('div');
  readonly #empty = element('p', { class: 'empty' }, ['No call of a language model yet.']);
  #count = 0;

  constructor() {
    this.panel.append(this.#empty, this.#rows);
  }

  get count(): number {
    return this.#count;
  }

  apply(call: ModelCall): void {
    this.#count++;
    this.#empty.hidden = true;
    const time =
      call.duration_s < 1 ? `${Math.round(call.duration_s * 1000)} ms` : `${call.duration_s.toFixed(1)} s`;
    const tokens = call.input_tokens + call.output_tokens;
    const detail = `${call.model}${tokens > 0 ? ` · ${call.input_tokens} in, ${call.output_tokens} out` : ''}`;
    this.#rows.prepend(
      element('div', { class: 'row' }, [
        element('b', {}, [call.purpose]),
        element('span', { class: 'mono muted' }, [time]),
        element('span', { class: 'muted wide' }, [call.ok ? detail : `failed: ${call.message}`]),
      ]),
    );
    while (this.#rows.childElementCount > longestList) this.#rows.lastElementChild?.remove();
  }
}
