import type { MessageTypes } from '@efferent/interfaces';
import { element } from '../shell/element.ts';

type ModelCall = MessageTypes['efferent_interfaces/msg/ModelCall'];
type ModelText = MessageTypes['efferent_interfaces/msg/ModelText'];

const longestList = 60;
/** The end of an answer under way that is shown, characters. */
const longestText = 400;

/** The language model's calls, newest first, with time and tokens; above them what it is writing now. */
export class CallList {
  readonly panel = element('div');
  readonly #rows = element('div');
  readonly #writing = element('div', { class: 'writing', hidden: true });
  readonly #empty = element('p', { class: 'empty' }, ['No call of a language model yet.']);
  #count = 0;

  constructor() {
    this.panel.append(this.#empty, this.#writing, this.#rows);
  }

  get count(): number {
    return this.#count;
  }

  /** Shows the newest part of an answer that is under way. */
  applyText({ purpose, text, characters }: ModelText): void {
    this.#empty.hidden = true;
    this.#writing.hidden = false;
    this.#writing.replaceChildren(
      element('div', { class: 'row' }, [
        element('b', {}, [purpose]),
        element('span', { class: 'mono muted' }, [`writing · ${characters} characters`]),
      ]),
      element('pre', { class: 'mono' }, [text.slice(-longestText)]),
    );
  }

  apply(call: ModelCall): void {
    this.#count++;
    this.#writing.hidden = true;
    this.#empty.hidden = true;
    const time =
      call.duration_s < 1 ? `${Math.round(call.duration_s * 1000)} ms` : `${call.duration_s.toFixed(1)} s`;
    const detail = [call.model, ...costOf(call)].join(' · ');
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

/** What a call used up, as far as its model says it. */
function costOf(call: ModelCall): readonly string[] {
  const cached = call.cached_input_tokens > 0 ? ` (${call.cached_input_tokens} kept)` : '';
  const tokens = call.input_tokens + call.output_tokens;
  return [
    ...(tokens > 0 ? [`${call.input_tokens}${cached} in, ${call.output_tokens} out`] : []),
    ...(call.attempts > 1 ? [`${call.attempts} requests`] : []),
    ...(Number.isFinite(call.mean_log_probability)
      ? [`${Math.round(100 * Math.exp(call.mean_log_probability))} % sure of each token`]
      : []),
  ];
}
