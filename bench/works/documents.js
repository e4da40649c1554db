// SPDX-License-Identifier: Apache-2.0
// The documents that all works are done on: 280 bytes each.
'use strict';

function documents(first, count) {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return {
      sku: `sku-${String(number).padStart(8, '0')}`,
      name: `Product number ${number}`,
      createdAt: new Date(1.6e12 + number * 1000).toISOString(),
      price: (number % 1000) / 4,
      stock: number % 77,
      half: number % 2,
      tags: ['new', 'sale', 'winter'],
      address: { street: 'Long Street 12', city: 'Springfield', zip: '12345' },
      note: 'a sentence that is there to fill the document',
    };
  });
}

module.exports = { documents };
