/** Text of a page; made by {@link html} alone, so that nothing gets in unescaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

type Part = Html | string | number | readonly Part[];

const written = (part: Part): string =>
  part instanceof Html
    ? part.text
    : Array.isArray(part)
      ? (part as readonly Part[]).map(written).join('')
      : String(part).replace(/[&<>"]/g, (sign) => escapes[sign]!);

/** Writes markup; what is put in is escaped unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(
    strings.map((text, index) => text + (index < parts.length ? written(parts[index]!) : '')).join(''),
  );

/** Writes a table; the first cell of a row is its head. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  return html`<div class="wide"><table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr>${row.map((cell, index) => (index === 0 ? html`<th>${cell}</th>` : html`<td>${cell}</td>`))}</tr>
`,
  )}</tbody></table></div>`;
}

/** A share in percent with one digit, or a dash where there is none. */
export const percent = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)}`;
