/** Ends the process with a clear message on a Node that cannot run the setup; kept free of newer syntax. */
export function requireNode18() {
  var major = Number(process.versions.node.split('.')[0]);
  if (major >= 18) return;
  console.error(
    'efferent needs Node 18 or newer to set itself up; this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ").\nInstall your distribution's newer one (Debian 12: apt-get install nodejs npm) and run the same command again.",
  );
  process.exit(2);
}
