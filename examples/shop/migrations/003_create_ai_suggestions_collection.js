const newPlans = [
  { name: 'free', pricePerMonth: 0, suggestionsPerDay: 5 },
  { name: 'team', pricePerMonth: 29, suggestionsPerDay: 100 },
  { name: 'business', pricePerMonth: 99, suggestionsPerDay: 1000 }
];

module.exports = {
  id: "003_create_ai_suggestions_collection",
  description: "Add the collection of suggestions, and the plans that allow them",
  author: "developer-name",
  createdAt: "2024-01-17",

  async up(db, client) {
    await db.createCollection('suggestions', {
      validator: { $jsonSchema: { required: ['productId', 'text'] } }
    });

    // Add new required data
    await db.collection('plans').insertMany([...newPlans]);
  },

  async down(db, client) {
    await db.collection('plans').deleteMany({ name: { $in: newPlans.map(plan => plan.name) } });
    await db.collection('suggestions').drop();
  },

  async validate(db, client) {
    const plans = await db.collection('plans').countDocuments();
    if (plans < newPlans.length) {
      throw new Error(`only ${plans} plans are there`);
    }
    return true;
  }
};
