module.exports = new Promise(resolve => setTimeout(resolve, 5)).then(() => ({
  mongodb: { url: process.env.COMPAT_URI, databaseName: process.env.COMPAT_DB },
  migrationsDir: 'migrations',
  changelogCollectionName: 'changelog',
}));
