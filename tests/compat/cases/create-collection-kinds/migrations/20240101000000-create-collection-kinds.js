module.exports = {
  async up(db, client) {
    await db.createCollection('logs', { capped: true, size: 4096, max: 10 });
    await db.createCollection('weather', { timeseries: { timeField: 'at', metaField: 'station', granularity: 'hours' } });
    await db.createCollection('adults', { viewOn: 'users', pipeline: [{ $match: { age: { $gte: 18 } } }] });
    await db.createCollection('words', { collation: { locale: 'fr' } });
    await db.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } });
    console.log(await db.collection('adults').countDocuments());
    try { await db.createCollection('logs', { capped: true, size: 8192 }); } catch (err) { console.log(err.code, err.codeName); }
  },

  async down(db, client) {
    for (const name of ['adults', 'logs', 'weather', 'words', 'clustered']) console.log(await db.collection(name).drop());
    console.log(await db.collection('never-was').drop());
  },
};
