module.exports.up = async db => { await db.collection('a').insertOne({ _id: 1 }); };
