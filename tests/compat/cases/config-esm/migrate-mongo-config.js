const config = {
  mongodb: { url: process.env.COMPAT_URI, databaseName: process.env.COMPAT_DB, options: {} },
  migrationsDir: 'migrations',
  changelogCollectionName: 'changelog',
  moduleSystem: 'esm',
};
export default config;
