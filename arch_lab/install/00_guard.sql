/* arch_lab/install/: the install script is these files in name order */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION arch_lab" to load this file. \quit

