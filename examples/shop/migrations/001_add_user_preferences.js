module.exports = {
  // Unique identifier
  id: "001_add_user_preferences",
  
  // Human readable description
  description: "Add preferences field to all existing users with default values",
  
  // Migration author for tracking
  author: "developer-name",
  
  // Date created
  createdAt: "2024-01-15",
  
  // Apply the migration
  async up(db, client) {
    console.log('Adding user preferences...');
    
    const result = await db.collection('users').updateMany(
      { preferences: { $exists: false } },
      { 
        $set: { 
          preferences: { 
            theme: 'light', 
            notifications: true,
            language: 'en' 
          } 
        } 
      }
    );
    
    console.log(`Updated ${result.modifiedCount} users`);
    return result;
  },
  
  // Rollback the migration
  async down(db, client) {
    console.log('Removing user preferences...');
    
    const result = await db.collection('users').updateMany(
      {},
      { $unset: { preferences: 1 } }
    );
    
    console.log(`Removed preferences from ${result.modifiedCount} users`);
    return result;
  },
  
  // Validate migration was applied correctly
  async validate(db, client) {
    const usersWithoutPreferences = await db.collection('users').countDocuments({
      preferences: { $exists: false }
    });
    
    if (usersWithoutPreferences > 0) {
      throw new Error(`${usersWithoutPreferences} users still missing preferences`);
    }
    
    return true;
  }
};
