import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { runLogged } from './run.mjs';

const isRoot = () => process.getuid?.() === 0;
const hasAptGet = () => existsSync('/usr/bin/apt-get');

/**
 * Sees to it that system packages are there: installs them as root (asking a person first), else says how to.
 *
 * @param {object} wanted
 * @param {string[]} wanted.names Debian's names
 * @param {string} wanted.purpose what they are for, in a sentence
 * @param {() => boolean} wanted.isPresent
 * @param {boolean} yes do not ask
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether they are there now
 */
export async function ensureSystemPackages({ names, purpose, isPresent }, yes, say) {
  if (isPresent()) return true;
  const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (!hasAptGet()) {
    say(
      `${names.join(', ')} (${purpose}) is not installed, and this system has no apt-get; install it by hand`,
    );
    return false;
  }
  if (!isRoot()) {
    say(`${names.join(', ')} (${purpose}) is not installed; to install it run:  sudo ${command}`);
    return false;
  }
  if (!yes && !(await agrees(`Install ${names.join(', ')} (${purpose}) with apt-get?`))) {
    say(`left out; to install it later run:  ${command}`);
    return false;
  }
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  say(`installing ${names.join(', ')} with apt-get`);
  try {
    await runLogged('apt-get', ['update'], environment);
    await runLogged('apt-get', command.split(' ').slice(1), environment);
  } catch (error) {
    say(`apt-get failed; ${error.message}`);
  }
  return isPresent();
}

/** Asks the person at the terminal; without one the answer is yes. */
async function agrees(question) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`  ${question} [Y/n] `);
  terminal.close();
  return !/^\s*n/i.test(answer);
}
