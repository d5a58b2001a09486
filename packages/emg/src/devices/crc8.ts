/** Returns the CRC-8 of Dallas/Maxim (reflected polynomial 0x8C, start 0), which OT Bioelettronica's commands end with. */
export function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    let rest = byte;
    for (let i = 0; i < 8; i++) {
      const isOdd = ((crc ^ rest) & 1) === 1;
      crc >>= 1;
      if (isOdd) crc ^= 0x8c;
      rest >>= 1;
    }
  }
  return crc;
}
