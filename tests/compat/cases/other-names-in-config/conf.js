module.exports = {
  mongodb: { url: process.env.COMPAT_URI, databaseName: process.env.COMPAT_DB },
  migrationsDir: "db/changes",
  changelogCollectionName: "history.log",
  migrationFileExtension: ".cjs",
  useFileHash: false,
};
