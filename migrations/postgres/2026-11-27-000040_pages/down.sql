DROP INDEX contributions_page;
