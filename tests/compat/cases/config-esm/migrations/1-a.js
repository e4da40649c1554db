export const up = async (db, client) => {
  await db.collection('log').insertOne({ _id: 'esm', meta: import.meta.url.startsWith('file:') });
};

export const down = async db => {
  await db.collection('log').deleteMany({});
};
