/** Tables of every kind, with what changes rows that no statement names. */
export const SCHEMA = `
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, age,
    loud TEXT GENERATED ALWAYS AS (upper(name)) STORED, twice GENERATED ALWAYS AS (age * 2) VIRTUAL
  );
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY, user INTEGER REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE, total REAL CHECK (total >= 0)
  );
  CREATE TABLE items (
    "order" INTEGER, line INTEGER, note, PRIMARY KEY ("order", line),
    FOREIGN KEY ("order") REFERENCES orders ON DELETE CASCADE ON UPDATE CASCADE
  ) WITHOUT ROWID;
  CREATE TABLE tree (
    id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree ON UPDATE CASCADE ON DELETE SET NULL, tag TEXT UNIQUE
  );
  CREATE TABLE bag (rowid TEXT, v, "a ""quoted"" name");
  CREATE TABLE codes (code TEXT PRIMARY KEY COLLATE NOCASE, v) WITHOUT ROWID;
  CREATE TABLE names (name TEXT PRIMARY KEY, v INTEGER);
  CREATE TABLE log (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, who);
  CREATE VIEW people AS SELECT id, name FROM users;
  INSERT INTO users (name, age) VALUES ('ada', 1), ('bob', 2.5), ('cy', NULL), ('dot', x'00ff');
  INSERT INTO orders VALUES (1, 1, 10), (2, 1, 9e999), (3, 2, 0.5);
  INSERT INTO items VALUES (1, 1, 'a'), (1, 2, 9007199254740993), (2, 1, CAST(x'ff00' AS TEXT)), (3, 1, char(97, 0, 98));
  INSERT INTO tree VALUES (1, 1, 'root'), (2, 1, 'a'), (3, 2, 'b'), (4, NULL, 'c');
  INSERT INTO bag VALUES ('x', 1, 1.0), (NULL, -9223372036854775808, -9e999), ('x', 1, 1.0);
  INSERT INTO codes VALUES ('a', 1), ('B', 2);
  INSERT INTO names VALUES ('n', 1), (NULL, 2), (NULL, 3);
`;

/** Triggers that change the same row, other rows, and other tables. */
export const TRIGGERS = `
  CREATE TRIGGER born AFTER INSERT ON users BEGIN
    UPDATE users SET age = coalesce(age, 0) + 1 WHERE id = NEW.id;
    INSERT INTO log (what, who) VALUES ('born', NEW.name);
  END;
  CREATE TRIGGER older BEFORE UPDATE OF name ON users BEGIN
    UPDATE users SET age = 7 WHERE id = OLD.id;
  END;
  CREATE TRIGGER gone AFTER DELETE ON users BEGIN
    INSERT INTO log (what, who) VALUES ('gone', OLD.id);
    UPDATE bag SET v = v || 'x' WHERE v = 1;
  END;
  CREATE TRIGGER paid AFTER UPDATE OF total ON orders BEGIN
    DELETE FROM log WHERE n = (SELECT min(n) FROM log);
    INSERT INTO log (what, who) VALUES ('paid', NEW.id);
  END;
  CREATE TRIGGER packed AFTER INSERT ON bag WHEN NEW.v > 100 BEGIN
    DELETE FROM bag WHERE v = NEW.v;
  END;
  CREATE TRIGGER refused BEFORE DELETE ON codes WHEN OLD.v = 2 BEGIN
    SELECT raise(ABORT, 'B stays');
  END;
  CREATE TRIGGER hello INSTEAD OF INSERT ON people BEGIN
    INSERT INTO users (name) VALUES (NEW.name);
    INSERT INTO codes VALUES (NEW.name, 'hello');
  END;
`;
