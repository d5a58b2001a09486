import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from '@efferent/launcher';
import { repositoryFolder } from '@efferent/runtime/workspace';
import type { Environment, Finding } from './finding.ts';

/** The oldest Node that runs TypeScript without a flag and has what the code uses. */
const oldestNode = 24;
/** Receive buffer with which 1 MB messages arrive without loss, bytes. */
const wantedBufferBytes = 4 * 1024 * 1024;
const lowDiskBytes = 1024 ** 3;
const fullDiskBytes = 50 * 1024 ** 2;

export function checkNode(version = process.versions.node): Finding {
  const part = 'node';
  if (Number(version.split('.')[0]) >= oldestNode) return { part, state: 'ok', text: version };
  return {
    part,
    state: 'fatal',
    text: `${version}; the code needs ${oldestNode} or newer`,
    fix: 'npm start # installs the pinned Node',
  };
}

/** pnpm only installs: nothing that runs needs it. */
export function checkPnpm(environment: Environment): Finding {
  const part = 'pnpm';
  const { packageManager } = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  const wanted = packageManager.replace('@', ' ');
  if (existsSync(join(repositoryFolder, '.efferent/toolchain/node_modules/.bin/pnpm')))
    return { part, state: 'ok', text: `${wanted}, installed by npm start` };
  if (findOnPath('pnpm', environment.PATH ?? '') !== undefined)
    return { part, state: 'ok', text: `on the PATH; npm start would take ${wanted}` };
  return {
    part,
    state: 'note',
    text: `${wanted} is not installed; only installing needs it`,
    fix: 'npm start',
  };
}

export function checkViewer(): Finding {
  const part = 'viewer';
  if (existsSync(join(repositoryFolder, 'packages/viewer/dist/index.html')))
    return { part, state: 'ok', text: 'built' };
  return { part, state: 'missing', text: 'is not built: the page shows nothing', fix: 'npm start' };
}

export function checkBuffers(file = '/proc/sys/net/core/rmem_max'): Finding {
  const part = 'socket buffers';
  if (!existsSync(file)) return { part, state: 'note', text: `unknown: there is no ${file}` };
  const bytes = Number(readFileSync(file, 'utf8'));
  const text = `net.core.rmem_max ${bytes}`;
  if (bytes >= wantedBufferBytes) return { part, state: 'ok', text };
  return {
    part,
    state: 'note',
    text: `${text}: bursts of large messages between machines may lose packets`,
    fix: `sudo sysctl -w net.core.rmem_max=${wantedBufferBytes}`,
  };
}

export function checkRealTime(): Finding {
  const part = 'real-time priority';
  const { status, error } = spawnSync('chrt', ['--fifo', '20', 'true'], { stdio: 'ignore' });
  if (status === 0) return { part, state: 'ok', text: 'gate and Stop run under SCHED_FIFO' };
  if (error !== undefined)
    return { part, state: 'note', text: 'no chrt on this machine', fix: 'sudo apt-get install util-linux' };
  return {
    part,
    state: 'note',
    text: 'not permitted: on a busy machine the gate may be late',
    fix: `echo "$USER - rtprio 20" | sudo tee -a /etc/security/limits.conf # then log in again`,
  };
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function checkBrowser(environment: Environment): Finding {
  const part = 'chromium';
  const found = [environment.CHROMIUM_PATH ?? '', ...browsers].find(
    (path) => path !== '' && existsSync(path),
  );
  if (found !== undefined) return { part, state: 'ok', text: `${found}, for the browser tests` };
  return {
    part,
    state: 'note',
    text: 'not found; only the browser tests need it, the viewer runs in any browser',
    fix: 'sudo apt-get install chromium',
  };
}

export function checkGpu(): Finding {
  return { part: 'gpu', state: 'ok', text: 'not needed' };
}

export function checkDisk(folder = repositoryFolder): Finding {
  const part = 'disk';
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free below ${folder}`;
  if (free < fullDiskBytes)
    return { part, state: 'fatal', text: `${text}: logs and caches cannot be written`, fix: 'df -h' };
  return free < lowDiskBytes
    ? { part, state: 'note', text: `${text}: little for recordings`, fix: 'df -h' }
    : { part, state: 'ok', text };
}
