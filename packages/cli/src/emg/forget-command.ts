import { plural, Terminal } from '../terminal.ts';
import { emgFolderOf } from './emg-session.ts';
import { forgetHealthData } from './health-data.ts';

/** `efferent emg forget`: deletes all calibrations and recordings. */
export async function runEmgForget(): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const root = emgFolderOf();
  const deleted = await forgetHealthData(root);
  for (const file of deleted) terminal.row('deleted', file);
  if (deleted.length === 0) terminal.row('forgotten', `nothing was kept in ${root}`);
  else terminal.row('forgotten', plural(deleted.length, 'file'), { tone: 'good' });
}
