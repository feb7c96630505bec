// The datasets that this app reads, with the columns that it keeps of their rows.
"use strict";

const DATASETS = {
  accounts: ["display_name", "nickname", "masked_number", "product_name", "product_category", "open_status"],
  balances: ["current_balance", "available_balance", "credit_limit", "currency"],
  transactions: [
    "amount", "currency", "description", "reference", "status", "type", "posting_date_time", "execution_date_time",
    "value_date_time", "merchant_name", "primary_category", "secondary_category",
  ],
};

// Whether a consent covers a dataset; one that names none we know is taken to cover all.
function covers(named, dataset) {
  return !named.some((name) => name in DATASETS) || named.includes(dataset);
}

module.exports = { DATASETS, covers };
