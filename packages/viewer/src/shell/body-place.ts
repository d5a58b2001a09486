import type { Tabs } from '../mind/tabs.ts';
import { byId } from './element.ts';

/** A phone held sideways has no room for a strip below the world; the body then is a tab of the mind. */
const isLow = matchMedia('(max-height: 520px)');

/** Keeps the body where there is room for it. @param tab - id of the tab that holds it on a low screen */
export function placeBody(tabs: Tabs, tab: string, panel: HTMLElement): void {
  const body = byId('body');
  const home = body.parentElement;
  const place = () => {
    (isLow.matches ? panel : home)?.append(body);
    tabs.setHidden(tab, !isLow.matches);
  };
  isLow.addEventListener('change', place);
  place();
}
