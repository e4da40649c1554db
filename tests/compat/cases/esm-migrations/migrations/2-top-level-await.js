const value = await Promise.resolve(5);
export async function up(db) { await db.collection('esm').insertOne({ _id: value }); }
export async function down(db) { await db.collection('esm').deleteOne({ _id: value }); }
