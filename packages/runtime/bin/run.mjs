// Runs an entry of the product, `run.mjs <path of the source below the repository> <arguments…>`: from joined code where
// that is as new as the sources, else from the sources.
import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { findJoinedCode, nameSourcesInErrors, repositoryFolder } from './joined-code.mjs';

const [entry] = process.argv.splice(2, 1);
process.argv[1] = repositoryFolder + entry;
enableCompileCache(process.env.NODE_COMPILE_CACHE ?? `${repositoryFolder}.efferent/compile-cache`);
const joined = findJoinedCode(entry);
if (joined !== undefined) nameSourcesInErrors();
await import(pathToFileURL(joined ?? process.argv[1]));
