"""LibEMG's own streamer of the Sessantaquattro+, as it is: every row it reads goes to a UDP port.

  libemg_sessantaquattro.py PORT

LibEMG's class listens at 0.0.0.0:45454 and takes no other port.
"""

import sys

from libemg._streamers._OTB_SessantaquattroPlus import OTBSessantaquattroPlusStreamer

OTBSessantaquattroPlusStreamer("127.0.0.1", int(sys.argv[1])).start_stream()
