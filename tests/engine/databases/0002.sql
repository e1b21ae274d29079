BEGIN TRANSACTION;
CREATE TABLE event (
	learner_id VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	device VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	utc_offset INTEGER NOT NULL, 
	local_day INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	payload JSON NOT NULL, 
	rating INTEGER, 
	duration_ms INTEGER, 
	confidence INTEGER, 
	score FLOAT, 
	answer VARCHAR, 
	model VARCHAR, 
	text_hash VARCHAR, 
	PRIMARY KEY (learner_id, id)
);
INSERT INTO "event" VALUES('me','01a196fb-1600-7a9a-861b-55ef55b7bea9','0a1b2c3d',1,'2026-11-01T12:00:00.000000Z',60,20758,'review','near-copy#symptom','{"due": 20761}',2,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a198e9-7880-789b-9b8b-294d97fc6100','0a1b2c3d',2,'2026-11-01T21:00:00.000000Z',60,20758,'resume','tiny-copy#q.one','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a19ad7-db00-7631-8380-08d331dfd3b1','0a1b2c3d',3,'2026-11-02T06:00:00.000000Z',60,20758,'review','aside-copy#symptom','{"due": 20761}',3,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a19cc6-3d80-748c-9437-d8a755622d6b','0a1b2c3d',4,'2026-11-02T15:00:00.000000Z',60,20759,'reset','aside-copy#symptom','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a19eb4-a000-7e26-af89-9a3e1f16bdc8','0a1b2c3d',5,'2026-11-03T00:00:00.000000Z',60,20759,'resume','aside-copy#symptom','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1a0a3-0280-7f85-8373-8deb48d03ede','0a1b2c3d',6,'2026-11-03T09:00:00.000000Z',60,20759,'review','tiny-copy#q.one','{"due": 20762}',2,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1a0a3-0280-7003-8e4d-26399aec2bde','0a1b2c3d',7,'2026-11-03T09:00:00.000001Z',60,20759,'undo','tiny-copy#q.one','{"event": "01a1a0a3-0280-7f85-8373-8deb48d03ede", "kind": "review"}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1a291-6500-7ef5-86fc-e2892601bc21','0a1b2c3d',8,'2026-11-03T18:00:00.000000Z',60,20760,'known','near-copy#symptom','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1a47f-c780-7007-be01-f4dd917b3c7f','0a1b2c3d',9,'2026-11-04T03:00:00.000000Z',60,20760,'flag','near-copy#symptom','{"on": true}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1a66e-2a00-74b8-a150-679178141980','0a1b2c3d',10,'2026-11-04T12:00:00.000000Z',60,20761,'override','near-copy','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1a85c-8c80-7deb-930d-1b67080c1c9c','0a1b2c3d',11,'2026-11-04T21:00:00.000000Z',60,20761,'setting','desired_retention','{"value": 0.9}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1aa4a-ef00-7093-b766-6ba715b08cdb','0a1b2c3d',12,'2026-11-05T06:00:00.000000Z',60,20761,'suspend','aside-copy#symptom','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1ac39-5180-7218-967f-de043b2925df','0a1b2c3d',13,'2026-11-05T15:00:00.000000Z',60,20762,'resume','near-copy#symptom','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1ae27-b400-79f7-8748-c37be0e0b422','0a1b2c3d',14,'2026-11-06T00:00:00.000000Z',60,20762,'review','near-copy#symptom','{"due": 20765}',4,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1b016-1680-70da-bbf6-ac7a1056ca0f','0a1b2c3d',15,'2026-11-06T09:00:00.000000Z',60,20762,'known','aside-copy#symptom','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1b204-7900-7a88-b27f-3920545d559b','0a1b2c3d',16,'2026-11-06T18:00:00.000000Z',60,20763,'review','aside-copy#symptom','{"due": 20766}',4,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1b204-7900-7195-86ac-7955be456689','0a1b2c3d',17,'2026-11-06T18:00:00.000001Z',60,20763,'undo','aside-copy#symptom','{"event": "01a1b204-7900-7a88-b27f-3920545d559b", "kind": "review"}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1b3f2-db80-71fd-8113-ddb6b7b9947b','0a1b2c3d',18,'2026-11-07T03:00:00.000000Z',60,20763,'review','aside-copy#symptom','{"due": 20766}',1,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1b5e1-3e00-78b2-b931-0b296e5c029d','0a1b2c3d',19,'2026-11-07T12:00:00.000000Z',60,20764,'flag','tiny-copy#q.one','{"on": true}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1b7cf-a080-7ae7-92ff-2f6322cb18a9','0a1b2c3d',20,'2026-11-07T21:00:00.000000Z',60,20764,'override','near-copy','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1b9be-0300-7fa7-8b6a-41a4fb6bcb6c','0a1b2c3d',21,'2026-11-08T06:00:00.000000Z',60,20764,'flag','tiny-copy#q.one','{"on": true}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1bbac-6580-7e10-9f8f-24825f6da1f3','0a1b2c3d',22,'2026-11-08T15:00:00.000000Z',60,20765,'review','tiny-copy#q.one','{"due": 20768}',3,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1bd9a-c800-7916-bed6-3fd833ac77ba','0a1b2c3d',23,'2026-11-09T00:00:00.000000Z',60,20765,'resume','tiny-copy#q.one','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES('me','01a1bf89-2a80-7605-b18a-8e54f8f98262','0a1b2c3d',24,'2026-11-09T09:00:00.000000Z',60,20765,'review','near-copy#symptom','{"due": 20768}',4,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1c177-8d00-700b-9a86-ddf0b5c711e5','0a1b2c3d',25,'2026-11-09T18:00:00.000000Z',60,20766,'review','aside-copy#symptom','{"due": 20769}',4,4100,3,0.75,'zwei; „drei“','fsrs6/1','abc');
INSERT INTO "event" VALUES('me','01a1c365-ef80-7760-b7bf-ac23934810bb','0a1b2c3d',26,'2026-11-10T03:00:00.000000Z',60,20766,'flag','tiny-copy#q.one','{"on": true}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE migration (
	name VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "migration" VALUES('0001-create-tables');
INSERT INTO "migration" VALUES('0002-refuse-changes-of-the-log');
CREATE TABLE state (
	learner_id VARCHAR NOT NULL, 
	card VARCHAR NOT NULL, 
	stability FLOAT, 
	difficulty FLOAT, 
	reps INTEGER NOT NULL, 
	lapses INTEGER NOT NULL, 
	first_day INTEGER, 
	last_day INTEGER, 
	due_day INTEGER, 
	failed_today INTEGER NOT NULL, 
	retained BOOLEAN NOT NULL, 
	longest INTEGER NOT NULL, 
	last_rating INTEGER, 
	text_hash VARCHAR NOT NULL, 
	suspended BOOLEAN NOT NULL, 
	buried_day INTEGER, 
	flagged BOOLEAN NOT NULL, 
	known BOOLEAN NOT NULL, 
	PRIMARY KEY (learner_id, card)
);
INSERT INTO "state" VALUES('me','near-copy#symptom',3.51862559547428546116e+01,1.26535423736829866214e+00,3,0,20758,20765,20768,0,1,4,4,'abc',0,NULL,1,0);
INSERT INTO "state" VALUES('me','tiny-copy#q.one',2.3065,2.11810397045901499524e+00,1,0,20765,20765,20768,0,0,0,3,'abc',0,NULL,1,0);
INSERT INTO "state" VALUES('me','aside-copy#symptom',4.98595741732115804722e+00,5.20002036951683788146e+00,2,0,20763,20766,20769,0,1,3,4,'abc',1,NULL,0,0);
CREATE INDEX event_by_time ON event (learner_id, at, id);
CREATE UNIQUE INDEX event_by_device ON event (learner_id, device, seq);
CREATE INDEX event_by_kind ON event (learner_id, kind, local_day);
CREATE INDEX event_by_subject ON event (learner_id, subject, at);
CREATE INDEX state_by_due ON state (learner_id, due_day);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the log is append-only: undo appends an event of its own'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the log is append-only: undo appends an event of its own'); END;
COMMIT;
