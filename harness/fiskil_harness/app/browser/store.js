// Returns everything that the browser stores for this document's origin, as texts: [place, name, value].
async () => {
  const LONGEST = 1_000_000;
  const items = [];
  const put = (place, name, value) => items.push([place, String(name), String(value).slice(0, LONGEST)]);
  const bytes = (buffer) => Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  const plain = (key, value) => {
    if (value instanceof ArrayBuffer) return bytes(value);
    if (ArrayBuffer.isView(value)) return bytes(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
    if (value instanceof Map || value instanceof Set) return [...value];
    if (typeof value === "bigint") return String(value);
    return value;
  };
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(plain("", value), plain) ?? String(value));
  const places = { localStorage: () => localStorage, sessionStorage: () => sessionStorage };
  for (const [place, storage] of Object.entries(places)) {
    try {
      for (const [name, value] of Object.entries({ ...storage() })) put(place, name, value);
    } catch {
      // A document without an origin has no storage.
    }
  }
  const resultOf = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => reject(request.error);
    });
  try {
    for (const { name, version } of await indexedDB.databases()) {
      const database = await resultOf(indexedDB.open(name, version));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store, "readonly").objectStore(store);
        const [keys, values] = await Promise.all([resultOf(rows.getAllKeys()), resultOf(rows.getAll())]);
        values.forEach((value, number) => put("IndexedDB", `${name}/${store}/${text(keys[number])}`, text(value)));
      }
      database.close();
    }
  } catch (error) {
    put("unread", "IndexedDB", error && error.name);
  }
  try {
    for (const name of globalThis.caches ? await caches.keys() : []) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        put("cache", `${name}/${request.url}`, response ? await response.text() : "");
      }
    }
  } catch (error) {
    put("unread", "cache", error && error.name);
  }
  return items;
}
