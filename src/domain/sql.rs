//! How the small types of the domain stand in a column, the same on both engines.

/// Gives a field-less enum a SMALLINT column. The numbers are written out: they are in databases
/// for good and must not follow the order of the variants.
macro_rules! smallint_enum {
    ($type:ty { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::SmallInt, DB> for $type
        where
            DB: diesel::backend::Backend,
            i16: diesel::deserialize::FromSql<diesel::sql_types::SmallInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                match i16::from_sql(bytes)? {
                    $($number => Ok(Self::$variant),)+
                    other => Err(format!("{other} is no {}", stringify!($type)).into()),
                }
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::SmallInt, DB> for $type
        where
            DB: diesel::backend::Backend,
            i16: diesel::serialize::ToSql<diesel::sql_types::SmallInt, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                match self {
                    $(Self::$variant => diesel::serialize::ToSql::<diesel::sql_types::SmallInt, DB>::to_sql(
                        { const NUMBER: &i16 = &$number; NUMBER },
                        out,
                    ),)+
                }
            }
        }
    };
}

/// Gives a type that wraps one value (`.0`) the column type of that value.
macro_rules! newtype_column {
    ($type:ty, $inner:ty, $sql:ident) => {
        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::$sql, DB> for $type
        where
            DB: diesel::backend::Backend,
            $inner: diesel::deserialize::FromSql<diesel::sql_types::$sql, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(Self(<$inner>::from_sql(bytes)?))
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::$sql, DB> for $type
        where
            DB: diesel::backend::Backend,
            $inner: diesel::serialize::ToSql<diesel::sql_types::$sql, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::$sql, DB>::to_sql(&self.0, out)
            }
        }
    };
}

newtype_column!(crate::clock::Timestamp, i64, BigInt);

pub(super) use newtype_column;
pub(super) use smallint_enum;
