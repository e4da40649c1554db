class AddThing {
  constructor() { this.name = 'thing'; }
  helper() { return { _id: this.name }; }
  async up(db) { await db.collection('things').insertOne(this.helper()); }
  async down(db) { await db.collection('things').deleteOne({ _id: this.name }); }
}

module.exports = new AddThing();
