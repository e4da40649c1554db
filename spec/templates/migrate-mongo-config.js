// Where this project's database is, and how its migrations are kept.
// This file is JavaScript: read process.env here for what should not be in version control.

const config = {
  mongodb: {
    // The server. Put the address of yours here:
    url: "mongodb://localhost:27017",

    // The database to migrate:
    databaseName: "YOURDATABASENAME",

    // Further options of the connection, such as { tls: true }:
    options: {}
  },

  // The folder with the migrations, from where the command is called or absolute.
  migrationsDir: "migrations",

  // The collection that remembers which migrations were applied.
  changelogCollectionName: "changelog",

  // The collection that keeps two processes from migrating at the same time.
  lockCollectionName: "changelog_lock",

  // After how many seconds a lock that was left behind disappears; 0 turns locking off.
  lockTtl: 0,

  // Which files in the folder are migrations.
  migrationFileExtension: ".js",

  // With true, a migration whose file was edited runs again.
  useFileHash: false,

  // What `create` writes: 'commonjs' or 'esm'.
  moduleSystem: '@MODULE_SYSTEM@',
};

@EXPORT@ config;
