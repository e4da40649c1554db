module.exports = {
  async up(db, client) {
    throw new TypeError('bad');
  },

  async down(db, client) {
    // nothing to take back
  },
};
