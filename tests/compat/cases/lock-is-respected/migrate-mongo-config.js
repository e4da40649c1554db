module.exports = {
  mongodb: { url: process.env.COMPAT_URI, databaseName: process.env.COMPAT_DB },
  migrationsDir: "migrations",
  changelogCollectionName: "changelog",
  migrationFileExtension: ".js",
  useFileHash: false,
  lockCollectionName: "changelog_lock",
  lockTtl: 600,
};
