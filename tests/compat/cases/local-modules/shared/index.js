module.exports.name = 'shared';
