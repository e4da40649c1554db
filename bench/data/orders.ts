// Orders get a currency, totals as decimals, and a history of their states.
import { Db, MongoClient, ObjectId, Decimal128 } from 'mongodb';
import type { AnyBulkWriteOperation, Collection, Document, Filter } from 'mongodb';

enum OrderState {
  Open = 'open',
  Paid = 'paid',
  Shipped = 'shipped',
  Cancelled = 'cancelled',
}

const enum BatchSize {
  Small = 100,
  Large = 500,
}

interface Money {
  amount: Decimal128;
  currency: string;
}

interface LegacyOrder {
  _id: ObjectId;
  total?: number | string;
  state?: string;
  customer: { id: ObjectId; country?: string };
  createdAt: Date | string;
  items?: Array<{ sku: string; price: number; quantity?: number }>;
}

interface Order extends Omit<LegacyOrder, 'total' | 'state'> {
  total: Money;
  state: OrderState;
  history: ReadonlyArray<{ state: OrderState; at: Date }>;
}

type Operation = AnyBulkWriteOperation<Document>;
type Converter<From, To> = (value: From, order: Readonly<LegacyOrder>) => To;
type Nullable<T> = T | null | undefined;

const CURRENCIES: Record<string, string> = {
  CH: 'CHF',
  DE: 'EUR',
  FR: 'EUR',
  GB: 'GBP',
  US: 'USD',
};

abstract class Step<T extends Document> {
  protected pending: Operation[] = [];

  constructor(
    protected readonly collection: Collection<T>,
    private readonly size: number = BatchSize.Large,
  ) {}

  abstract convert(document: T): Nullable<Operation>;

  async run(filter: Filter<T>): Promise<number> {
    let changed = 0;
    for await (const document of this.collection.find(filter)) {
      const operation = this.convert(document as unknown as T);
      if (!operation) continue;
      this.pending.push(operation);
      if (this.pending.length >= this.size) changed += await this.flush();
    }
    return changed + (await this.flush());
  }

  protected async flush(): Promise<number> {
    if (this.pending.length === 0) return 0;
    const batch = this.pending.splice(0);
    const result = await this.collection.bulkWrite(batch as any[], { ordered: false });
    return result.modifiedCount;
  }
}

const isString = (value: unknown): value is string => typeof value === 'string';

const toMoney: Converter<Nullable<number | string>, Money> = (value, order) => {
  const text = isString(value) ? value.replace(/[^0-9.-]/g, '') : String(value ?? 0);
  const country = order.customer.country ?? 'US';
  return {
    amount: Decimal128.fromString(Number(text).toFixed(2)),
    currency: CURRENCIES[country] ?? 'USD',
  };
};

const toState: Converter<Nullable<string>, OrderState> = (value) => {
  switch (value?.toLowerCase()) {
    case 'paid':
    case 'payed':
      return OrderState.Paid;
    case 'sent':
    case 'shipped':
      return OrderState.Shipped;
    case 'cancelled':
    case 'canceled':
      return OrderState.Cancelled;
    default:
      return OrderState.Open;
  }
};

function sumOf(items: NonNullable<LegacyOrder['items']>): number;
function sumOf(items: Nullable<LegacyOrder['items']>): number;
function sumOf(items: Nullable<LegacyOrder['items']>): number {
  return (items ?? []).reduce<number>((sum, { price, quantity = 1 }) => sum + price * quantity, 0);
}

class OrderStep extends Step<Document> {
  override convert(document: Document): Nullable<Operation> {
    const order = document as LegacyOrder;
    const state = toState(order.state, order);
    const createdAt = new Date(order.createdAt as string);
    const update = {
      total: toMoney(order.total ?? sumOf(order.items), order),
      state,
      createdAt,
      history: [{ state, at: createdAt }],
    } satisfies Partial<Order>;
    return { updateOne: { filter: { _id: order._id }, update: { $set: update } } };
  }
}

export async function up(db: Db, client: MongoClient): Promise<void> {
  const orders = db.collection('orders');
  const step = new OrderStep(orders, BatchSize.Small);
  const changed = await step.run({ history: { $exists: false } });
  console.log(`Converted ${changed} orders`);
  await orders.createIndex({ state: 1, createdAt: -1 }, { name: 'state_created' });
}

export async function down(db: Db): Promise<void> {
  const orders = db.collection<Order>('orders');
  await orders.dropIndex('state_created').catch((error: { codeName?: string }) => {
    if (error.codeName !== 'IndexNotFound') throw error;
  });
  for await (const order of orders.find({ history: { $exists: true } })) {
    const total: number = Number(order.total.amount.toString());
    await orders.updateOne(
      { _id: order._id },
      { $set: { total, state: order.state as string }, $unset: { history: 1 } } as any,
    );
  }
}
