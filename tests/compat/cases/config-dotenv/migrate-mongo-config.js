require('dotenv').config({ quiet: true });
const path = require('path');

module.exports = {
  mongodb: { url: process.env.COMPAT_URI, databaseName: process.env.COMPAT_DB },
  migrationsDir: path.join(__dirname, 'migrations'),
  changelogCollectionName: process.env.CHANGELOG,
  migrationFileExtension: '.js',
};
