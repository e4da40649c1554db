// The configuration of a case that has none of its own.
module.exports = {
  mongodb: { url: process.env.COMPAT_URI, databaseName: process.env.COMPAT_DB, options: {} },
  migrationsDir: 'migrations',
  changelogCollectionName: 'changelog',
  migrationFileExtension: '.js',
  useFileHash: false,
  moduleSystem: 'commonjs',
};
