-- Only rows were moved: there is no schema to bring back.
SELECT 1;
