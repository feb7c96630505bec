// The datasets that this app reads, and the columns that it stores of their rows.
"use strict";

const DATASETS = {
  accounts: ["display_name", "nickname", "masked_number", "product_name", "product_category", "open_status"],
  balances: ["current_balance", "available_balance", "credit_limit", "currency"],
  transactions: [
    "amount", "currency", "description", "reference", "status", "type", "posting_date_time", "execution_date_time",
    "value_date_time", "merchant_name", "primary_category", "secondary_category",
  ],
};

// Return whether a consent covers a dataset; a consent without known dataset names covers all.
function covers(named, dataset) {
  return !named.some((name) => name in DATASETS) || named.includes(dataset);
}

module.exports = { DATASETS, covers };
