module.exports = {
  async up(db) { const = 1; }
};
