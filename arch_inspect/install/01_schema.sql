--
-- The schema is for everybody to use; each object states who may see what.
--
GRANT USAGE ON SCHEMA arch_inspect TO PUBLIC;

