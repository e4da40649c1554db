// our own
module.exports = { async up() {}, async down() {} };
