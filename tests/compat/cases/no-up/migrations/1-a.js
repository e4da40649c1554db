module.exports = { async down() {} };
