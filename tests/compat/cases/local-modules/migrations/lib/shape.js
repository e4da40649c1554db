exports.shape = row => ({ ...row, n: Number(row.n) });
