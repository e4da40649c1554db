module.exports = {
  async up(db, client) {
    console.log('text', 1, -0, 1.5, true, null, undefined, 10n, Symbol('s'));
    console.log({ a: 1, b: { c: { d: { e: 1 } } }, list: [1, 'two', null], date: new Date(0), re: /x/g, fn() {} });
    console.log([1, , 3], new Map([['k', { v: 1 }]]), new Set(['s']), '%s is %d', 'x');
    console.log('%s is %d and %j %o%%', 'x', 42.5, { a: 1 }, [1]);
    console.info('info'); console.error('to stderr'); console.warn('warn'); console.debug('debug');
    console.table([{ a: 1, b: 2 }]);
    console.log(await db.collection('users').findOne({ _id: 3 }));
    console.log(await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } }));
  },

  async down(db, client) {
    // nothing to take back
  },
};
