// SPDX-License-Identifier: Apache-2.0
// In the place of the npm package of that name, which brings tables of 200 kB: names of hosts in
// other scripts than ASCII's become Punycode by GLib.
'use strict';

const native = binding('text');

module.exports = {
  toASCII: (domain) => native.hostToAscii(domain),
  toUnicode: (domain) => ({ domain: native.hostToUnicode(domain) ?? domain, error: false }),
};
