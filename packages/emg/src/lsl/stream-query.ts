import { formatStreamInfo, type LslStreamInfo } from './stream-info.ts';

/** Queries are short; longer ones are not looked at. */
const longestQuery = 1000;

/** Makes a test of the XPath predicates that peers ask with, e.g. `session_id='default' and name='arm'`. */
export async function createQueryMatcher(info: LslStreamInfo): Promise<(query: string) => boolean> {
  const [{ DOMParser }, { select }] = await Promise.all([import('@xmldom/xmldom'), import('xpath')]);
  const document = new DOMParser().parseFromString(formatStreamInfo(info, true), 'text/xml');
  const node = document.documentElement as unknown as Node;
  return (query) => {
    if (query === '') return true;
    if (query.length > longestQuery) return false;
    try {
      return select(`boolean(${query})`, node) === true;
    } catch {
      // As liblsl does: what is no XPath matches nothing.
      return false;
    }
  };
}
