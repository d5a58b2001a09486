/**
 * Vendor ids of DDS implementations: the first two bytes of every GUID of theirs.
 *
 * @see OMG DDSI-RTPS 2.5, section 9.3.1.5, and https://www.dds-foundation.org/dds-rtps-vendor-and-product-ids/
 */
const vendors: Readonly<Record<number, string>> = {
  257: 'RTI Connext DDS',
  258: 'Vortex OpenSplice',
  259: 'OpenDDS',
  262: 'CoreDX DDS',
  266: 'RTI Connext Micro',
  271: 'eProsima Fast DDS',
  272: 'Eclipse Cyclone DDS',
  273: 'GurumDDS',
  274: 'RustDDS',
  276: 'Dust DDS',
};

const cyclone = 272;

const vendorId = (guid: Uint8Array): number => ((guid[0] ?? 0) << 8) | (guid[1] ?? 0);

/** Tells whether an endpoint speaks the service mapping of this one: only Cyclone DDS does. */
export const isCyclone = (guid: Uint8Array): boolean => vendorId(guid) === cyclone;

/** Names the DDS implementation that an endpoint belongs to, with its id when it is not a known one. */
export function vendorOf(guid: Uint8Array): string {
  const id = vendorId(guid);
  return vendors[id] ?? `an unknown DDS (vendor id ${id >> 8}.${id & 255})`;
}
